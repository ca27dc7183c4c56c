-- sqlmig: transaction off
DROP INDEX CONCURRENTLY IF EXISTS platform_events_event_type_idx;
