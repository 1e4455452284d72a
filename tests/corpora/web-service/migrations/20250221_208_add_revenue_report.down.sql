-- A view holds no data: dropping it loses none.
DROP VIEW revenue_by_day;
