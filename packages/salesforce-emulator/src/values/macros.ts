/**
 * How Salesforce prints values, as DuckDB macros, so that whole pages are made by the database.
 *
 * Numbers follow Java's Double.toString
 * (https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#toString(double)):
 * plain with at least one decimal from 0.001 up to 10,000,000, computerised scientific notation outside. Whole numbers
 * of at most 15 digits have a shorter way to it, which takes a third of the time.
 */

/** Of so few digits, the nearest double to the quotient prints as them: no two such numbers share one. */
const ofWholes = [7, 8, 9, 10, 11, 12, 13, 14]
  .map((power) => `WHEN abs(x) < 1e${power + 1} THEN (x::DOUBLE / 1e${power})::VARCHAR || 'E${power}'`)
  .join("\n    ")

export const valueMacros = `
  CREATE MACRO sf_digits(plain) AS ltrim(replace(plain, '.', ''), '0');
  CREATE MACRO sf_mantissa(digits) AS
    substr(digits, 1, 1) || '.' || coalesce(nullif(rtrim(substr(digits, 2), '0'), ''), '0');
  CREATE MACRO sf_scientific(plain) AS CASE
    WHEN contains(plain, 'e') THEN
      sf_mantissa(replace(split_part(plain, 'e', 1), '.', '')) || 'E' || split_part(plain, 'e', 2)::INTEGER
    WHEN starts_with(plain, '0.') THEN
      sf_mantissa(sf_digits(plain)) || 'E-' || (length(plain) - 1 - length(ltrim(substr(plain, 3), '0')))
    ELSE sf_mantissa(sf_digits(plain)) || 'E' || (strpos(plain, '.') - 2) END;
  CREATE MACRO sf_whole(x) AS CASE
    ${ofWholes} END;
  CREATE MACRO sf_double(x) AS CASE
    WHEN x = 0 THEN '0.0'
    WHEN abs(x) >= 0.001 AND abs(x) < 10000000 THEN x::DOUBLE::VARCHAR
    WHEN abs(x) < 1e15 AND x = trunc(x) THEN sf_whole(x)
    ELSE (CASE WHEN x < 0 THEN '-' ELSE '' END) || sf_scientific(abs(x::DOUBLE)::VARCHAR) END;
  CREATE MACRO sf_datetime(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%g+0000');
  CREATE MACRO sf_datetime_z(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ');
  CREATE MACRO sf_time(t) AS left(t::VARCHAR || CASE WHEN contains(t::VARCHAR, '.') THEN '000' ELSE '.000' END, 12) || 'Z';
`
