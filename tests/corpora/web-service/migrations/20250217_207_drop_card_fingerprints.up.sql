-- migcheck: revises = "20250211_902"
-- migcheck: touches = ["payments"]
-- migcheck: irreversible = "fingerprints of cards may not be kept, so there is nothing to bring them back from"
-- Drops the fingerprints of cards, which the payment provider keeps for us now.
ALTER TABLE payments DROP COLUMN card_fingerprint;
