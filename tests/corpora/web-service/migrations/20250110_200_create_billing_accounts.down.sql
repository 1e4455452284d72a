-- Nothing else of billing exists at this point.
DROP TABLE billing_accounts;
