/* Makes the body of a return, as PUT /v1/boroughs/{borough}/benchmarking-submissions/{quarter}
   takes it, from a table of counts. SQL Server 2016 and later:

       sqlcmd -S SERVER -d DATABASE -b -y 0 -f 65001 -i return.sql -o body.json
       send_return.py --server ... --borough E09000022 --quarter 2026-27-Q2 --json body.json

   Four traps, each of which spoils the body without an error:
   - FOR JSON leaves null out, and what is absent is not null: the service asks for value in
     every row, also where it is null. INCLUDE_NULL_VALUES keeps it.
   - The result of a bare SELECT ... FOR JSON comes in rows of 2,033 characters. Assigned to
     an nvarchar(max) it is whole; -y 0 has sqlcmd print all of it, where it else stops at 256.
   - Without SET NOCOUNT ON, "(22 rows affected)" stands behind the body.
   - -f 65001 writes UTF-8. Without it, reasons lose every letter that the machine's own
     code page does not have. */
SET NOCOUNT ON;

/* Your own figures in the place of this table. A number is reported; where there is none,
   say what stands for it, and why. */
DECLARE @counts TABLE (
    position int IDENTITY PRIMARY KEY,
    [count] varchar(100) NOT NULL,
    [value] decimal(18, 2) NULL,
    [status] varchar(20) NOT NULL CHECK ([status] IN ('reported', 'confirmed_nil', 'not_applicable', 'missing')),
    reason nvarchar(2000) NULL
);
INSERT INTO @counts ([count], [value], [status], reason) VALUES
    ('referrals', 659, 'reported', NULL),
    ('rereferrals', 140, 'reported', NULL),
    ('plans_repeated', NULL, 'confirmed_nil', N'Every plan of the quarter is a first one.'),
    ('health_assessed', NULL, 'missing', N'St Thomas’ sends its extract on 3/7.');

DECLARE @body nvarchar(max) = (
    SELECT [count], [value], [status], reason
    FROM @counts
    ORDER BY position
    FOR JSON PATH, ROOT('values'), INCLUDE_NULL_VALUES
);

/* Half a body, or none, must not be sent. */
IF ISNULL(ISJSON(@body), 0) = 0
BEGIN;
    THROW 50000, 'No return was made.', 1;
END;
SELECT @body;
