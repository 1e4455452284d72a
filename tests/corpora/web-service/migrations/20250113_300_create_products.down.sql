-- Products first: they refer to categories.
DROP TABLE products;
DROP TABLE categories;
