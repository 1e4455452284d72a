-- A view holds no data: dropping it loses none.
DROP VIEW corpus_overview;
