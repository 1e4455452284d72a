-- The product page of the release before does not ask.
DROP FUNCTION product_units_sold;
