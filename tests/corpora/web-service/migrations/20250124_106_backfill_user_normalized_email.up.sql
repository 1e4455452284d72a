-- migcheck: revises = "20250123_105"
-- migcheck: touches = ["users"]
-- Fills the normalized address of users who signed up before there was one.
UPDATE users SET normalized_email = LOWER(email) WHERE normalized_email IS NULL;
