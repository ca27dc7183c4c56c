-- Data loss: the events go with the table.
DROP TRIGGER record_platform_event ON subscriptions;
DROP TRIGGER record_platform_event ON tenants;
DROP FUNCTION record_platform_event();
DROP TABLE platform_events;
DROP FUNCTION refuse_change();
