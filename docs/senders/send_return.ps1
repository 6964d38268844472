<#
.SYNOPSIS
Sends a borough's return for a quarter, from a CSV of its counts.

.DESCRIPTION
For Windows PowerShell 5.1 and for PowerShell 7. The client's id and secret come from the
environment, PEERCHALLENGE_CLIENT_ID and PEERCHALLENGE_CLIENT_SECRET.

The CSV has the columns count, value, status and reason, in UTF-8. With -Report, what the
rules find is saved as a table; whoever fills in its column explanation gives it back as
-Explanations.

It ends with 0 if all that was asked has been done, 1 if the call was refused, 2 if the
report says that something must be put right or explained first, and 3 if the draft is
ready and a lead of the borough has to sign it.

.EXAMPLE
.\send_return.ps1 -Server https://peerchallenge.example -Borough E09000022 -Quarter 2026-27-Q2 -Csv counts.csv -DryRun
#>
param(
    [Parameter(Mandatory = $true)] [string] $Server,
    [Parameter(Mandatory = $true)] [string] $Borough,
    [Parameter(Mandatory = $true)] [string] $Quarter,
    [Parameter(Mandatory = $true)] [string] $Csv,
    [string] $Explanations,
    [string] $Report,
    [switch] $DryRun,
    [switch] $Submit
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$Tries = 6
$Invariant = [Globalization.CultureInfo]::InvariantCulture

# Windows PowerShell 5.1 offers TLS 1.0 unless it is told otherwise, and does not load the
# client by itself. Invoke-RestMethod is not used: it throws the body of a refusal away,
# in which the service says what is wrong.
Add-Type -AssemblyName System.Net.Http
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
$Client = New-Object System.Net.Http.HttpClient
$Client.Timeout = [TimeSpan]::FromSeconds(60)

# ConvertTo-Body writes JSON as bytes of UTF-8. ConvertTo-Json goes two levels deep unless
# it is told otherwise, and writes what lies deeper as a text; what comes to it through the
# pipeline it may take apart, so that a list of one is a list no more.
function ConvertTo-Body($Value) {
    return , [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $Value -Depth 10 -Compress))
}

# Send-Request sends a request, again where that can help, and answers status, headers and
# text. What is sent must be safe to send again: a read, or anything with an
# Idempotency-Key, which stays the same at every try. A 503 may mean that all was done and
# only the answer was lost.
function Send-Request([string] $Method, [string] $Address, [hashtable] $Headers, [byte[]] $Body, [string] $Type = 'application/json') {
    for ($try = 1; $true; $try++) {
        $wait = [Math]::Pow(2, $try)
        $answer = $null
        try {
            # A request is sent once only, so that each try makes its own.
            $request = New-Object System.Net.Http.HttpRequestMessage((New-Object System.Net.Http.HttpMethod($Method)), $Address)
            foreach ($name in $Headers.Keys) { [void] $request.Headers.TryAddWithoutValidation($name, $Headers[$name]) }
            if ($null -ne $Body) {
                $request.Content = New-Object System.Net.Http.ByteArrayContent(, $Body)
                [void] $request.Content.Headers.TryAddWithoutValidation('Content-Type', $Type)
            }
            $answer = $Client.SendAsync($request).GetAwaiter().GetResult()
        } catch {
            if ($try -ge $Tries) { throw }
        }
        if ($null -ne $answer) {
            $status = [int] $answer.StatusCode
            if (@(429, 502, 503, 504) -notcontains $status -or $try -ge $Tries) {
                $bytes = $answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult()
                $tag = $null
                if ($null -ne $answer.Headers.ETag) { $tag = $answer.Headers.ETag.ToString() }
                return @{ Status = $status; ETag = $tag; Bytes = $bytes; Text = [Text.Encoding]::UTF8.GetString($bytes) }
            }
            if ($null -ne $answer.Headers.RetryAfter -and $null -ne $answer.Headers.RetryAfter.Delta) { $wait = $answer.Headers.RetryAfter.Delta.TotalSeconds }
        }
        Start-Sleep -Seconds $wait
    }
}

# Read-Answer answers what a request was told, or says why it was refused and ends.
function Read-Answer($Answer) {
    if ($Answer.Status -lt 300) { return ConvertFrom-Json $Answer.Text }
    try { $problem = ConvertFrom-Json $Answer.Text } catch { $problem = $null }
    if ($null -eq $problem -or -not $problem.PSObject.Properties['detail']) { Stop-Sender ('refused ({0}): {1}' -f $Answer.Status, $Answer.Text) }
    $lines = @('refused ({0} {1}): {2}' -f $Answer.Status, $problem.code, $problem.detail)
    if ($problem.PSObject.Properties['errors']) {
        foreach ($fault in $problem.errors) {
            $place = ''
            foreach ($member in 'pointer', 'parameter') {
                if ($fault.PSObject.Properties[$member] -and $fault.$member) { $place = $fault.$member }
            }
            $lines += '- {0}: {1}' -f $place, $fault.detail
        }
    }
    Stop-Sender ($lines -join [Environment]::NewLine)
}

function Stop-Sender([string] $Words) {
    [Console]::Error.WriteLine($Words)
    exit 1
}

# Read-Counts reads the counts. Every member is there, null where there is nothing: an
# empty value is no number, and never 0.
function Read-Counts([string] $Path) {
    $values = @()
    foreach ($row in (Import-Csv -LiteralPath $Path -Encoding UTF8)) {
        if (-not $row.count) { continue } # spreadsheets leave empty rows at the end
        $value = $null
        if ($row.value) {
            $number = [decimal] 0
            if (-not [decimal]::TryParse($row.value, [Globalization.NumberStyles]::AllowDecimalPoint, $Invariant, [ref] $number)) {
                Stop-Sender ('{0}: "{1}" is no number; write it as 1234 or 12.5' -f $row.count, $row.value)
            }
            $value = $number
        }
        $status = 'reported'
        if ($row.PSObject.Properties['status'] -and $row.status) { $status = $row.status }
        $reason = $null
        if ($row.PSObject.Properties['reason'] -and $row.reason) { $reason = $row.reason }
        $values += [ordered] @{ count = $row.count; value = $value; status = $status; reason = $reason }
    }
    return @{ values = @($values) }
}

# Show-Report says what the rules find, in the order in which it is worked off.
function Show-Report($Report) {
    Write-Output ('{0} to put right, {1} of {2} warnings to explain, {3} missing' -f $Report.errors, $Report.unexplained, $Report.warnings, $Report.missing)
    foreach ($finding in $Report.findings) {
        if (-not $finding.explanation) { Write-Output ('- {0} {1}: {2} {3}' -f $finding.severity, $finding.key, $finding.detail, $finding.advice) }
    }
    if ($Report.more -gt 0) { Write-Output ('... and {0} more' -f $Report.more) }
    Write-Output $Report.next
}

$Server = $Server.TrimEnd('/')
$names = @($env:PEERCHALLENGE_CLIENT_ID, $env:PEERCHALLENGE_CLIENT_SECRET) | ForEach-Object { [Uri]::EscapeDataString($_) }
$basic = [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes($names -join ':'))
$form = [Text.Encoding]::ASCII.GetBytes('grant_type=client_credentials')
$token = (Read-Answer (Send-Request 'POST' "$Server/oauth/token" @{ Authorization = "Basic $basic" } $form 'application/x-www-form-urlencoded')).access_token
$auth = @{ Authorization = "Bearer $token" }
$address = "$Server/v1/boroughs/$Borough/benchmarking-submissions/$Quarter"
$body = ConvertTo-Body (Read-Counts $Csv)

# On which state is it sent? The return that is there is replaced; else it is made.
$present = Send-Request 'GET' $address $auth
$put = $auth.Clone()
if ($present.Status -eq 404) { $put['If-None-Match'] = '*' } else { [void] (Read-Answer $present); $put['If-Match'] = $present.ETag }

if ($DryRun) {
    $found = (Read-Answer (Send-Request 'PUT' "${address}?dryRun=true" $put $body)).report
    Show-Report $found
    if ($found.maySubmit) { exit 0 } else { exit 2 }
}

$put['Idempotency-Key'] = [Guid]::NewGuid().ToString()
$done = Read-Answer (Send-Request 'PUT' $address $put $body)
$held = $done.submission
$record = "$Server/v1/benchmarking-submissions/$($held.id)"
$tag = $held.etag
Write-Output ('{0}: {1}' -f $done.outcome, $held.id)

if ($Explanations -and $held.draft) {
    $said = @(Import-Csv -LiteralPath $Explanations -Encoding UTF8 | Where-Object { $_.severity -eq 'warning' -and $_.explanation -and -not $_.explained_by } |
        ForEach-Object { @{ key = $_.key; text = $_.explanation } })
    if ($said.Count -gt 0) {
        $step = $auth.Clone()
        $step['If-Match'] = $tag
        $step['Idempotency-Key'] = [Guid]::NewGuid().ToString()
        $tag = (Read-Answer (Send-Request 'POST' "$record/explanations" $step (ConvertTo-Body @{ explanations = @($said) }))).etag
    }
}

# The table is saved as it came. Export-Csv of Windows PowerShell 5.1 would write it in
# ASCII, and with -Encoding Default in the machine's own code page, which nobody else reads.
if ($Report) { [IO.File]::WriteAllBytes($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Report), (Send-Request 'GET' "$record/report.csv" $auth).Bytes) }
$found = Read-Answer (Send-Request 'GET' "$record/report" $auth)
Show-Report $found
if (-not $found.maySubmit) { exit 2 }

if ($Submit -and $held.draft) {
    $step = $auth.Clone()
    $step['If-Match'] = $tag
    $step['Idempotency-Key'] = [Guid]::NewGuid().ToString()
    $sent = Send-Request 'POST' "$record/submit" $step ([Text.Encoding]::UTF8.GetBytes('{}'))
    if ($sent.Status -eq 403 -and (ConvertFrom-Json $sent.Text).code -eq 'no_authority') {
        Write-Output ('The draft is ready. ' + (ConvertFrom-Json $sent.Text).detail)
        exit 3
    }
    Write-Output ('submitted as version {0}' -f (Read-Answer $sent).underReview)
}
exit 0
