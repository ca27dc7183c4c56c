-- case: text put together
CREATE FUNCTION empty_table(name text) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    EXECUTE 'DELETE FROM ' || name;
END
$$;

-- case: quoted, and opaque all the same
CREATE FUNCTION analyze_table(name text) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    EXECUTE format('ANALYZE %I', name);
END
$$;
