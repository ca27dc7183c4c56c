-- Without an open stage to begin with and a closed one to end with no deal can be entered.
SELECT 'a stage to begin with or one to end with is missing' AS problem
FROM pipeline_stages
HAVING count(*) FILTER (WHERE NOT is_closed) = 0 OR count(*) FILTER (WHERE is_closed) = 0;
