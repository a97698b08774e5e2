/**
 * How Salesforce prints values, as DuckDB macros, so that whole pages are made by the database.
 *
 * Numbers follow Java's Double.toString
 * (https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#toString(double)):
 * plain with at least one decimal from 0.001 up to 10,000,000, computerised scientific notation outside. Whole numbers
 * of at most 15 digits have a shorter way to it, which takes half the time.
 *
 * DuckDB plans a macro anew wherever it stands, some 0.05 ms for each function in it, so the rare ways are written with
 * few functions rather than fast ones.
 */
export const valueMacros = String.raw`
  -- Of at most 15 digits, no two numbers share the nearest double to the quotient, which prints as their digits.
  CREATE MACRO sf_whole(x) AS
    (x::DOUBLE / ([1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14])[length(abs(x)::BIGINT::VARCHAR) - 7])::VARCHAR
      || 'E' || (length(abs(x)::BIGINT::VARCHAR) - 1);
  CREATE MACRO sf_scientific(x) AS list_transform([abs(x::DOUBLE)::VARCHAR], lambda plain: CASE
    WHEN contains(plain, 'e') THEN
      regexp_replace(regexp_replace(plain, '^(\d)e', '\1.0e'), 'e\+?(-?)0?', 'E\1')
    WHEN starts_with(plain, '0.') THEN
      regexp_replace(regexp_replace(plain, '^0\.0*(\d)', '\1.'), '\.$', '.0')
        || 'E-' || (length(regexp_extract(plain, '^0\.0*')) - 1)
    ELSE regexp_replace(regexp_replace(plain, '^(\d)(\d*)\.(\d+)$', '\1.\2\3'), '(\.\d+?)0+$', '\1')
      || 'E' || (strpos(plain, '.') - 2) END)[1];
  CREATE MACRO sf_double(x) AS CASE
    WHEN x = 0 THEN '0.0'
    WHEN abs(x) >= 0.001 AND abs(x) < 10000000 THEN x::DOUBLE::VARCHAR
    WHEN abs(x) < 1e15 AND x = trunc(x) THEN sf_whole(x)
    ELSE (CASE WHEN x < 0 THEN '-' ELSE '' END) || sf_scientific(x) END;
  CREATE MACRO sf_datetime(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%g+0000');
  CREATE MACRO sf_datetime_z(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ');
  CREATE MACRO sf_time(t) AS left(t::VARCHAR || CASE WHEN contains(t::VARCHAR, '.') THEN '000' ELSE '.000' END, 12) || 'Z';
`
