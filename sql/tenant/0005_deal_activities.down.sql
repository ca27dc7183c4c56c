DROP TABLE deal_activities;
