Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Returns the COM object Schedule.Service as far as Packer's wrapper for elevated steps uses it (packer-plugin-sdk,
guestexec/elevated.go).
.DESCRIPTION
It is a COM object of Wine with other methods, because the wrapper ends with Marshal.ReleaseComObject.
#>
function New-TaskService {
    [CmdletBinding()]
    param()
    $service = Microsoft.PowerShell.Utility\New-Object -ComObject Scripting.Dictionary
    $methods = @{
        Connect   = { $null = $args }
        NewTask   = { [pscustomobject]@{ XmlText = '' } }
        GetFolder = { New-TaskFolder }
    }
    foreach ($name in $methods.Keys) {
        Add-Member -InputObject $service -MemberType ScriptMethod -Name $name -Value $methods[$name] -Force
    }
    # The object is a collection, which a pipeline would take apart.
    , $service
}

function New-TaskFolder {
    [CmdletBinding()]
    param()
    $folder = [pscustomobject]@{ Path = '\' }
    $folder | Add-Member -MemberType ScriptMethod -Name RegisterTaskDefinition -Value {
        param($name, $definition)
        Register-ScheduledTask -TaskName $name -Xml $definition.XmlText -Force -ErrorAction Stop
    }
    $folder | Add-Member -MemberType ScriptMethod -Name DeleteTask -Value {
        param($path)
        Unregister-ScheduledTask -TaskName $path.TrimStart('\') -Confirm:$false -ErrorAction Stop
    }
    $folder | Add-Member -MemberType ScriptMethod -Name GetTask -Value {
        param($path)
        New-RegisteredTask -Key $path
    }
    $folder
}

function New-RegisteredTask {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Key)
    $task = [pscustomobject]@{ Path = $Key; process = $null }
    $task | Add-Member -MemberType ScriptMethod -Name Run -Value {
        $this.process = Start-TaskProcess -Xml (Get-MachineState).tasks[$this.Path].xml
    }
    # TASK_STATE: 3 is ready, 4 is running.
    $task | Add-Member -MemberType ScriptProperty -Name State -Value {
        if ($this.process -and -not $this.process.HasExited) { 4 } else { 3 }
    }
    $task | Add-Member -MemberType ScriptProperty -Name LastTaskResult -Value { $this.process.ExitCode }
    $task
}

Export-ModuleMember -Function New-TaskService, New-TaskFolder, New-RegisteredTask
