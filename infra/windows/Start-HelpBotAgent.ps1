#Requires -Version 5.1
#Requires -PSEdition Desktop

<#
.SYNOPSIS
What the task runs: the agent, with its lines in a file and its ends in the Application log; or one order in its place.
.DESCRIPTION
Runs as the account of the agent. Writes into logs and orders of the data folder and nowhere else. Not to be run by hand.
.PARAMETER InstallPath
Where the program lies.
.PARAMETER DataPath
Where agent.yaml lies.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $InstallPath,
    [Parameter(Mandatory)] [string] $DataPath
)

Set-StrictMode -Version Latest
# What Node writes to standard error is no error of this script.
$ErrorActionPreference = 'Continue'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false

$node = Join-Path $InstallPath 'node\node.exe'
$main = Join-Path $InstallPath 'app\agent\main.ts'
$config = Join-Path $DataPath 'agent.yaml'
$log = Join-Path $DataPath 'logs\agent.log'
$orders = Join-Path $DataPath 'orders'
$largestLog = 20MB

function Write-HelpBotEvent {
    <#
    .SYNOPSIS
    A line in the Application log. Where the source is missing the agent runs all the same.
    #>
    param(
        [Parameter(Mandatory)] [string] $Message,
        [Parameter(Mandatory)] [int] $Id,
        [ValidateSet('Information', 'Error')] [string] $Kind = 'Information'
    )
    try {
        Write-EventLog -LogName Application -Source 'HelpBot Agent' -EventId $Id -EntryType $Kind -Message $Message -ErrorAction Stop
    } catch {
        Add-Content -LiteralPath $log -Value "Application log: $($_.Exception.Message)" -Encoding UTF8
    }
}

$order = Join-Path $orders 'order'
if (Test-Path -LiteralPath $order) {
    $what = "$(Get-Content -LiteralPath $order -TotalCount 1)".Trim()
    Remove-Item -LiteralPath $order -Force
    $code = Join-Path $orders 'code'
    $said = switch ($what) {
        'doctor' {
            $arguments = @($main, 'doctor', '--config', $config)
            & $node @arguments 2>&1 | ForEach-Object { "$_" }
        }
        'enrol' {
            $typed = Get-Content -LiteralPath $code -TotalCount 1
            Remove-Item -LiteralPath $code -Force
            # On standard input, and on no command line.
            $arguments = @($main, 'enrol', '-', '--again', '--config', $config)
            $typed | & $node @arguments 2>&1 | ForEach-Object { "$_" }
        }
        default { $global:LASTEXITCODE = 1; "unknown order: $what" }
    }
    # Under another name first, so that it is never read half written.
    $half = Join-Path $orders 'answer.half'
    @($said) + "exit $LASTEXITCODE" | Set-Content -LiteralPath $half -Encoding UTF8
    Rename-Item -LiteralPath $half -NewName 'answer'
    exit 0
}

Write-HelpBotEvent -Id 1 -Message "The agent starts. Its lines are in $log."
$last = New-Object System.Collections.Generic.Queue[string]
$arguments = @($main, 'run', '--config', $config)
& $node @arguments 2>&1 | ForEach-Object {
    $line = "$_"
    if ((Test-Path -LiteralPath $log) -and (Get-Item -LiteralPath $log).Length -gt $largestLog) {
        Move-Item -LiteralPath $log -Destination "$log.1" -Force
    }
    Add-Content -LiteralPath $log -Value $line -Encoding UTF8
    $last.Enqueue($line)
    if ($last.Count -gt 10) { $null = $last.Dequeue() }
}
$exit = $LASTEXITCODE
Write-HelpBotEvent -Id 2 -Kind 'Error' -Message ("The agent ended with $exit and is started again within a minute. Its last lines:`r`n" + ($last -join "`r`n"))
exit $exit
