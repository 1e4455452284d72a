-- Revokes every key.
DROP TABLE api_keys;
