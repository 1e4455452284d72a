INSERT INTO users (username, user_id, email, hashed_password)
VALUES ('ada', 'ada-1', 'ada@example.org', 'x');
