CREATE TABLE orders (id number PRIMARY KEY);
