CREATE TABLE prices (country text, shop text, article text, day date, PRIMARY KEY (country, shop, article, day));
