-- Fails when something in the schema {service} isn't owned by who asks.
SELECT 1 / CASE WHEN EXISTS (
  SELECT FROM pg_class WHERE relnamespace = '{service}'::regnamespace AND relowner <> current_user::regrole
  UNION ALL SELECT FROM pg_proc WHERE pronamespace = '{service}'::regnamespace AND proowner <> current_user::regrole
) THEN 0 ELSE 1 END
