INSERT INTO words VALUES (5, 'special');
