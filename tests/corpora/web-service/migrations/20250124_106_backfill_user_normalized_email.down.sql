-- Clears what can be computed again and leaves addresses that support has set by hand.
UPDATE users SET normalized_email = NULL WHERE normalized_email = LOWER(email);
