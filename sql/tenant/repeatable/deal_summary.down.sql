DROP VIEW deal_summary;
