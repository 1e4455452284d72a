-- The index goes with the view.
DROP MATERIALIZED VIEW revenue_by_day;
