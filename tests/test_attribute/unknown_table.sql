SELECT 1;
INSERT INTO user (username)
VALUES ('ada');
