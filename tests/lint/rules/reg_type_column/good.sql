CREATE TABLE hooks (id bigint PRIMARY KEY, handler text NOT NULL, target regclass, role regrole, type regtype);
