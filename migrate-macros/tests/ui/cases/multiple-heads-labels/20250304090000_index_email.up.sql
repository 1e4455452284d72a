-- migcheck: revises = "20250302090000"
CREATE INDEX users_email ON users (email);
