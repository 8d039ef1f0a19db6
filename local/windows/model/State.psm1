Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# What the model knows about this machine beside its files, registry and variables: C:\windows-model\state.json, whose
# shape is MachineState in local/windows/state.ts. PowerShell, the model's programs and, while nothing runs, the tests
# read and write it. Whoever writes holds state.lock open without sharing, so that a killed process frees it.
$directory = 'C:\windows-model'
$file = "$directory\state.json"
# What a reader has read, until the file is another one.
$read = @{ Written = $null; State = $null }

<#
.SYNOPSIS
Returns the state as dictionaries, lists, strings, numbers and truth values. It is not for changing: that is
Update-MachineState.
#>
function Get-MachineState {
    [CmdletBinding()]
    param()
    $written = [System.IO.File]::GetLastWriteTimeUtc($file)
    if ($read.Written -ne $written) {
        $read.State = Read-State
        $read.Written = $written
    }
    $read.State
}

function Read-State {
    $state = @{}
    if ([System.IO.File]::Exists($file)) {
        $state = ConvertFrom-Json -InputObject (Read-Whole) -AsHashtable
    }
    # Windows' names ignore case.
    $complete = [ordered]@{
        windows = '2022'; edition = 'Core'; osBuild = '20348.2849'; imageState = 'IMAGE_STATE_COMPLETE'
        boots = 0; generalized = $false; password = ''; pendingRestarts = 0; pendingFileRenames = 0
        services = @{}; tasks = @{}; features = @{}; updates = @(); hotfixes = @(); firewallRules = @{}; apps = @()
        search = @{ resultCode = 2; warnings = @(); emptyUpdates = 0 }
        disk = @{ sizeGiB = 50; freeGiB = 30 }; eventLogs = @{}; defender = @{ exclusionPaths = @() }
        hnsNetworks = @()
        wsMan = @{}; certificates = @{}; processes = @{}; console = @(); refusals = @(); launch = @{}
    }
    foreach ($key in @($complete.Keys)) {
        if ($state.Contains($key)) {
            $complete[$key] = $state[$key]
        }
    }
    foreach ($key in $state.Keys) {
        $complete[$key] = $state[$key]
    }
    foreach ($key in 'services', 'tasks', 'features', 'firewallRules', 'eventLogs', 'certificates', 'processes') {
        $complete[$key] = ConvertTo-NameTable -Table $complete[$key]
    }
    $complete
}

<#
.SYNOPSIS
Changes the state by a script block with a parameter, the state, and returns what the script block returns. Others see
the change as a whole. If the script block throws, nothing is changed.
#>
function Update-MachineState {
    [CmdletBinding()]
    param([Parameter(Mandatory)][scriptblock]$Script)
    [void][System.IO.Directory]::CreateDirectory($directory)
    $lock = Open-Lock
    try {
        $state = Read-State
        & $Script $state
        $text = ConvertTo-Json -InputObject $state -Depth 20 -Compress
        [System.IO.File]::WriteAllText("$file.new", $text)
        [System.IO.File]::Move("$file.new", $file, $true)
    }
    finally {
        $lock.Dispose()
    }
}

function Open-Lock {
    while ($true) {
        try {
            return [System.IO.File]::Open("$directory\state.lock", 'OpenOrCreate', 'ReadWrite', 'None')
        }
        catch [System.IO.IOException] {
            [System.Threading.Thread]::Sleep(5)
        }
    }
}

# A reader may meet the moment in which a writer replaces the file.
function Read-Whole {
    for ($attempt = 1; $true; $attempt++) {
        try {
            return [System.IO.File]::ReadAllText($file)
        }
        catch [System.IO.IOException] {
            if ($attempt -ge 200) {
                throw
            }
            [System.Threading.Thread]::Sleep(5)
        }
    }
}

function ConvertTo-NameTable {
    param([Parameter(Mandatory)][AllowNull()]$Table)
    $names = [System.Collections.Generic.SortedDictionary[string, object]]::new([System.StringComparer]::OrdinalIgnoreCase)
    foreach ($name in @($Table.Keys)) {
        $names[$name] = $Table[$name]
    }
    , $names
}

Export-ModuleMember -Function Get-MachineState, Update-MachineState
