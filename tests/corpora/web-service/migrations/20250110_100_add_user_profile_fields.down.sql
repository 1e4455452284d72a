-- In reverse order.
ALTER TABLE users DROP COLUMN avatar_url;
ALTER TABLE users DROP COLUMN time_zone;
ALTER TABLE users DROP COLUMN locale;
