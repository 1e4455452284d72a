-- migcheck: revises = "001"
-- No row that is made has this word; the fixture's does.
UPDATE words SET word = 'forgotten' WHERE word = 'special';
