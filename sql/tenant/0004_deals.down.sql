DROP TABLE deal_participants;
DROP TABLE deals;
