-- migcheck: revises = "20250221_208"
-- Adds the function that the product page asks for the number sold.
CREATE FUNCTION product_units_sold(p_product_id BIGINT)
RETURNS BIGINT
LANGUAGE sql
STABLE
RETURN (SELECT COALESCE(SUM(quantity), 0) FROM order_lines WHERE product_id = p_product_id);
