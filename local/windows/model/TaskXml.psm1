Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$space = 'http://schemas.microsoft.com/windows/2004/02/mit/task'

<#
.SYNOPSIS
Returns the XML of a task, as Export-ScheduledTask writes it.
#>
function ConvertTo-TaskXml {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)][string]$Uri,
        [Parameter(Mandatory)][object[]]$Action,
        [object[]]$Trigger = @(),
        [Parameter(Mandatory)]$Settings,
        [Parameter(Mandatory)]$Principal,
        [string]$Description = ''
    )
    $escape = { param($text) [System.Security.SecurityElement]::Escape("$text") }
    $triggers = @(foreach ($one in $Trigger) {
            switch ($one.Kind) {
                'Boot' { '    <BootTrigger />' }
                'Once' { "    <TimeTrigger>`r`n      <StartBoundary>$($one.StartBoundary)</StartBoundary>`r`n    </TimeTrigger>" }
                default { "    <CalendarTrigger>`r`n      <StartBoundary>$($one.StartBoundary)</StartBoundary>`r`n    </CalendarTrigger>" }
            }
        })
    $actions = foreach ($one in $Action) {
        '    <Exec>'
        "      <Command>$(& $escape $one.Execute)</Command>"
        if ($one.Arguments) {
            "      <Arguments>$(& $escape $one.Arguments)</Arguments>"
        }
        '    </Exec>'
    }
    @(
        '<?xml version="1.0" encoding="UTF-16"?>'
        "<Task version=`"1.2`" xmlns=`"$space`">"
        '  <RegistrationInfo>'
        if ($Description) {
            "    <Description>$(& $escape $Description)</Description>"
        }
        "    <URI>$(& $escape $Uri)</URI>"
        '  </RegistrationInfo>'
        '  <Principals>'
        '    <Principal id="Author">'
        "      <UserId>$(& $escape ($Principal.UserId -replace '^(NT AUTHORITY\\)?SYSTEM$', 'S-1-5-18'))</UserId>"
        if ($Principal.RunLevel -eq 'Highest') {
            '      <RunLevel>HighestAvailable</RunLevel>'
        }
        '    </Principal>'
        '  </Principals>'
        '  <Settings>'
        # Windows leaves out what has its default.
        if ($Settings.Priority -ne 7) {
            "    <Priority>$($Settings.Priority)</Priority>"
        }
        if ($Settings.ExecutionTimeLimit) {
            "    <ExecutionTimeLimit>$($Settings.ExecutionTimeLimit)</ExecutionTimeLimit>"
        }
        if ($Settings.StartWhenAvailable) {
            '    <StartWhenAvailable>true</StartWhenAvailable>'
        }
        '  </Settings>'
        if ($triggers.Count -gt 0) {
            '  <Triggers>'
            $triggers
            '  </Triggers>'
        }
        else {
            '  <Triggers />'
        }
        '  <Actions Context="Author">'
        $actions
        '  </Actions>'
        '</Task>'
    ) -join "`r`n"
}

<#
.SYNOPSIS
Returns what the XML of a task says: its actions, triggers, user, priority and time limit.
.DESCRIPTION
Throws the Task Scheduler's complaint if the text is no XML.
#>
function ConvertFrom-TaskXml {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Xml)
    $document = [System.Xml.XmlDocument]::new()
    try {
        $document.LoadXml($Xml)
    }
    catch {
        throw 'The task XML is malformed. (1,2)::ERROR: incorrect document syntax'
    }
    $names = [System.Xml.XmlNamespaceManager]::new($document.NameTable)
    $names.AddNamespace('t', $document.DocumentElement.NamespaceURI)
    $text = {
        param($path, $default)
        $node = $document.SelectSingleNode($path.Replace('/', '/t:').Replace('/t:/', '//'), $names)
        if ($node) { $node.InnerText } else { $default }
    }
    $user = & $text '//Principal/UserId' 'S-1-5-18'
    [pscustomobject]@{
        Actions            = @($document.SelectNodes('//t:Exec', $names) | ForEach-Object {
                $arguments = $_.SelectSingleNode('t:Arguments', $names)
                [pscustomobject]@{ Execute = $_.SelectSingleNode('t:Command', $names).InnerText; Arguments = "$(if ($arguments) { $arguments.InnerText })" }
            })
        Triggers           = @($document.SelectNodes('//t:Triggers/*', $names) | ForEach-Object { $_.LocalName })
        UserId             = $user -replace '^S-1-5-18$', 'SYSTEM'
        RunLevel           = if ((& $text '//Principal/RunLevel' '') -eq 'HighestAvailable') { 'Highest' } else { 'Limited' }
        Priority           = [int](& $text '//Settings/Priority' '7')
        ExecutionTimeLimit = & $text '//Settings/ExecutionTimeLimit' 'PT72H'
        StartWhenAvailable = (& $text '//Settings/StartWhenAvailable' 'false') -eq 'true'
        Enabled            = (& $text '//Settings/Enabled' 'true') -eq 'true'
    }
}

<#
.SYNOPSIS
Starts a task's first action with the machine's environment and returns its process.
#>
function Start-TaskProcess {
    [CmdletBinding()]
    [OutputType([System.Diagnostics.Process])]
    param([Parameter(Mandatory)][string]$Xml)
    $definition = ConvertFrom-TaskXml -Xml $Xml
    $start = [System.Diagnostics.ProcessStartInfo]::new()
    $start.FileName = $definition.Actions[0].Execute
    if ($start.FileName -match '^powershell(\.exe)?$') {
        # Wine's own powershell.exe does nothing.
        $start.FileName = $env:PROGRAM_POWERSHELL
    }
    $start.Arguments = $definition.Actions[0].Arguments
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    Set-MachineEnvironment -Start $start -User $definition.UserId
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    $process
}

Export-ModuleMember -Function ConvertTo-TaskXml, ConvertFrom-TaskXml, Start-TaskProcess
