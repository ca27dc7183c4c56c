CREATE TABLE deals (id bigint PRIMARY KEY, value money, total_price real, "Amount" text, costs double precision);
