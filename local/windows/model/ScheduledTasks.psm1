Set-StrictMode -Version Latest

# A module that is CDXML in Windows: its functions do not see the caller's $ErrorActionPreference.

function New-ScheduledTaskAction {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string]$Execute, [Parameter(Position = 1)][string]$Argument = '', [string]$WorkingDirectory = '', [string]$Id = '')
    [pscustomobject]@{ PSTypeName = 'MSFT_TaskExecAction'; Id = $Id; Execute = $Execute; Arguments = $Argument; WorkingDirectory = $WorkingDirectory }
}

function New-ScheduledTaskTrigger {
    [CmdletBinding()]
    param([switch]$Once, [switch]$Daily, [switch]$AtStartup, [switch]$AtLogOn, [datetime]$At, [timespan]$RandomDelay, [timespan]$RepetitionInterval)
    $kind = 'Daily'
    if ($Once) { $kind = 'Once' }
    if ($AtStartup) { $kind = 'Boot' }
    $boundary = ''
    if ($PSBoundParameters.ContainsKey('At')) { $boundary = $At.ToString('yyyy-MM-ddTHH:mm:sszzz') }
    [pscustomobject]@{ PSTypeName = 'MSFT_TaskTrigger'; Kind = $kind; StartBoundary = $boundary; Enabled = $true }
}

function New-ScheduledTaskSettingsSet {
    [CmdletBinding()]
    param(
        [timespan]$ExecutionTimeLimit = '3.00:00:00', [switch]$StartWhenAvailable, [ValidateRange(0, 10)][int]$Priority = 7,
        [string]$MultipleInstances = 'IgnoreNew', [switch]$AllowStartIfOnBatteries, [switch]$DontStopIfGoingOnBatteries,
        [switch]$Hidden, [int]$RestartCount = 0, [timespan]$RestartInterval
    )
    [pscustomobject]@{
        PSTypeName = 'MSFT_TaskSettings3'; ExecutionTimeLimit = [System.Xml.XmlConvert]::ToString($ExecutionTimeLimit)
        StartWhenAvailable = [bool]$StartWhenAvailable; Priority = $Priority; Enabled = $true; MultipleInstances = $MultipleInstances
    }
}

function New-ScheduledTaskPrincipal {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string]$UserId, [string]$LogonType = 'ServiceAccount', [string]$RunLevel = 'Limited', [string]$Id = 'Author')
    [pscustomobject]@{ PSTypeName = 'MSFT_TaskPrincipal2'; UserId = $UserId; LogonType = $LogonType; RunLevel = $RunLevel; Id = $Id }
}

function Register-ScheduledTask {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)][string]$TaskName,
        [Parameter(Position = 1)][string]$TaskPath = '\',
        [object[]]$Action, [object[]]$Trigger = @(), $Settings, $Principal, [string]$Description = '',
        [string]$User = '', [string]$Password = '', [string]$RunLevel = 'Limited', [string]$Xml = '', [switch]$Force
    )
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $TaskName -Cdxml) {
        return
    }
    $key = "$($TaskPath.TrimEnd('\'))\$TaskName"
    if ((Get-MachineState).tasks.ContainsKey($key) -and -not $Force) {
        Write-CmdletError -Cdxml -Cmdlet $PSCmdlet -Message 'Cannot create a file when that file already exists.' -Id 'HRESULT 0x800700b7,Register-ScheduledTask'
        return
    }
    if (-not $Xml) {
        if (-not $Settings) { $Settings = New-ScheduledTaskSettingsSet }
        if (-not $Principal) {
            if (-not $User) { $User = 'Administrator' }
            $Principal = New-ScheduledTaskPrincipal -UserId $User -RunLevel $RunLevel
        }
        $Xml = ConvertTo-TaskXml -Uri $key -Action $Action -Trigger $Trigger -Settings $Settings -Principal $Principal -Description $Description
    }
    try {
        $definition = ConvertFrom-TaskXml -Xml $Xml -ErrorAction Stop
    }
    catch {
        Write-CmdletError -Cdxml -Cmdlet $PSCmdlet -Message $_.Exception.Message -Id 'HRESULT 0x8004131a,Register-ScheduledTask'
        return
    }
    $outcome = "$((Get-MachineState)['registered'])"
    Update-MachineState {
        param($state)
        $taskState = if ($definition.Enabled -and $outcome -ne 'disabled') { 'Ready' } else { 'Disabled' }
        $state.tasks[$key] = @{ xml = $Xml; state = $taskState; lastResult = 267011 }
        if ($outcome -eq 'untriggered') {
            $state.tasks[$key].xml = $Xml -replace '(?s)<Triggers>.*</Triggers>', '<Triggers />'
        }
    }
    Get-ScheduledTask -TaskName $TaskName -TaskPath "$($TaskPath.TrimEnd('\'))\"
}

function Get-ScheduledTask {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$TaskName = @('*'), [Parameter(Position = 1)][string[]]$TaskPath = @('*'))
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $TaskName -Cdxml) {
        return
    }
    $tasks = (Get-MachineState).tasks
    foreach ($pattern in $TaskName) {
        $found = @($tasks.Keys | Where-Object {
                $name, $path = (Split-TaskKey $_)
                $name -like $pattern -and @($TaskPath | Where-Object { $path -like $_ }).Count -gt 0
            })
        if ($found.Count -eq 0 -and -not [WildcardPattern]::ContainsWildcardCharacters($pattern)) {
            $complaint = "No MSFT_ScheduledTask objects found with property 'TaskName' equal to '$pattern'.  Verify the value of the property and retry."
            Write-CmdletError -Cdxml -Cmdlet $PSCmdlet -Message $complaint -Id 'CmdletizationQuery_NotFound_TaskName,Get-ScheduledTask' -Category ObjectNotFound -Target $pattern
        }
        foreach ($key in $found) {
            $name, $path = (Split-TaskKey $key)
            $definition = ConvertFrom-TaskXml -Xml $tasks[$key].xml
            [pscustomobject]@{
                PSTypeName = 'MSFT_ScheduledTask'; TaskName = $name; TaskPath = $path; URI = $key; State = $tasks[$key].state
                Actions = $definition.Actions; Triggers = $definition.Triggers
                Principal = [pscustomobject]@{ UserId = $definition.UserId; RunLevel = $definition.RunLevel }
                Settings = [pscustomobject]@{
                    Priority = $definition.Priority; ExecutionTimeLimit = $definition.ExecutionTimeLimit
                    StartWhenAvailable = $definition.StartWhenAvailable; Enabled = $definition.Enabled
                }
            }
        }
    }
}

function Export-ScheduledTask {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string]$TaskName, [Parameter(Position = 1)][string]$TaskPath = '\')
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $TaskName -Cdxml) {
        return
    }
    $task = (Get-MachineState).tasks["$($TaskPath.TrimEnd('\'))\$TaskName"]
    if ($task) {
        return $task.xml
    }
    Write-CmdletError -Cdxml -Cmdlet $PSCmdlet -Message 'The system cannot find the file specified.' -Id 'HRESULT 0x80070002,Export-ScheduledTask' -Category ObjectNotFound
}

function Get-ScheduledTaskInfo {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)][string]$TaskName, [Parameter(Position = 1, ValueFromPipelineByPropertyName)][string]$TaskPath = '\')
    process {
        $task = Find-Task -Cmdlet $PSCmdlet -TaskName $TaskName -TaskPath $TaskPath
        if ($task) {
            [pscustomobject]@{ TaskName = $TaskName; TaskPath = $TaskPath; LastTaskResult = $task.lastResult }
        }
    }
}

function Unregister-ScheduledTask {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)][string]$TaskName, [Parameter(Position = 1, ValueFromPipelineByPropertyName)][string]$TaskPath = '\')
    process {
        if ((Find-Task -Cmdlet $PSCmdlet -TaskName $TaskName -TaskPath $TaskPath) -and $PSCmdlet.ShouldProcess($TaskName)) {
            Update-MachineState {
                param($state)
                [void]$state.tasks.Remove("$($TaskPath.TrimEnd('\'))\$TaskName")
            }
        }
    }
}

function Enable-ScheduledTask {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)][string]$TaskName, [Parameter(Position = 1, ValueFromPipelineByPropertyName)][string]$TaskPath = '\')
    process {
        if (Find-Task -Cmdlet $PSCmdlet -TaskName $TaskName -TaskPath $TaskPath) {
            Set-TaskState -TaskName $TaskName -TaskPath $TaskPath -State Ready
        }
    }
}

function Disable-ScheduledTask {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)][string]$TaskName, [Parameter(Position = 1, ValueFromPipelineByPropertyName)][string]$TaskPath = '\')
    process {
        if (Find-Task -Cmdlet $PSCmdlet -TaskName $TaskName -TaskPath $TaskPath) {
            Set-TaskState -TaskName $TaskName -TaskPath $TaskPath -State Disabled
        }
    }
}

function Start-ScheduledTask {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)][string]$TaskName, [Parameter(Position = 1, ValueFromPipelineByPropertyName)][string]$TaskPath = '\')
    process {
        $task = Find-Task -Cmdlet $PSCmdlet -TaskName $TaskName -TaskPath $TaskPath
        if ($task -and $task.state -eq 'Disabled') {
            Write-CmdletError -Cdxml -Cmdlet $PSCmdlet -Message 'The task is disabled.' -Id 'HRESULT 0x80041326,Start-ScheduledTask'
        }
        elseif ($task) {
            Complete-TaskRun -Key "$($TaskPath.TrimEnd('\'))\$TaskName" -Process (Start-TaskProcess -Xml $task.xml)
        }
    }
}

<#
.SYNOPSIS
Runs every enabled task whose time has come, as its user, and returns the name and exit code of each. The time of a
task that runs once has come: a test does not wait for it.
.PARAMETER Trigger
The kind of trigger: TimeTrigger, or BootTrigger at a start of the machine.
#>
function Start-DueTask {
    [CmdletBinding()]
    param([ValidateSet('TimeTrigger', 'BootTrigger')][string]$Trigger = 'TimeTrigger')
    $state = Get-MachineState
    $tasks = $state.tasks
    # To the tasks this is another process.
    $held = @($state['heldFiles'] | Where-Object { $_ } | ForEach-Object { [System.IO.File]::Open($_, 'Open', 'Read', 'None') })
    foreach ($key in @($tasks.Keys)) {
        if ($tasks[$key].state -eq 'Ready' -and (ConvertFrom-TaskXml -Xml $tasks[$key].xml).Triggers -contains $Trigger) {
            $process = Start-TaskProcess -Xml $tasks[$key].xml
            Complete-TaskRun -Key $key -Process $process
            [pscustomobject]@{ task = $key; exitCode = $process.ExitCode }
        }
    }
    $held | ForEach-Object { $_.Dispose() }
}

function Complete-TaskRun {
    param([string]$Key, [System.Diagnostics.Process]$Process)
    $Process.WaitForExit()
    Update-MachineState {
        param($state)
        # A task may have unregistered itself.
        if ($state.tasks.ContainsKey($Key)) {
            $state.tasks[$Key].lastResult = $Process.ExitCode
        }
    }
}

function Find-Task {
    param($Cmdlet, [string]$TaskName, [string]$TaskPath)
    if (Test-Refusal -Cmdlet $Cmdlet -Name $TaskName -Cdxml) {
        return
    }
    $task = (Get-MachineState).tasks["$($TaskPath.TrimEnd('\'))\$TaskName"]
    if (-not $task) {
        $complaint = "No MSFT_ScheduledTask objects found with property 'TaskName' equal to '$TaskName'.  Verify the value of the property and retry."
        Write-CmdletError -Cdxml -Cmdlet $Cmdlet -Message $complaint -Id 'CmdletizationQuery_NotFound_TaskName' -Category ObjectNotFound -Target $TaskName
    }
    $task
}

function Set-TaskState {
    param([string]$TaskName, [string]$TaskPath, [string]$State)
    Update-MachineState {
        param($machine)
        $machine.tasks["$($TaskPath.TrimEnd('\'))\$TaskName"].state = $State
    }
    Get-ScheduledTask -TaskName $TaskName -TaskPath "$($TaskPath.TrimEnd('\'))\"
}

function Split-TaskKey {
    param([string]$Key)
    $at = $Key.LastIndexOf('\') + 1
    $Key.Substring($at)
    $Key.Substring(0, $at)
}

Export-ModuleMember -Function *-ScheduledTask*, Start-DueTask
