-- migcheck: revises = "20250221_208"
-- Adds the function that the product page asks for the number sold.
CREATE FUNCTION product_units_sold(p_product_id BIGINT)
RETURNS BIGINT
READS SQL DATA
BEGIN
    DECLARE v_units BIGINT;
    SELECT COALESCE(SUM(quantity), 0) INTO v_units FROM order_lines WHERE product_id = p_product_id;
    RETURN v_units;
END;
