Set-StrictMode -Version Latest

# A module that is CDXML in Windows: its functions do not see the caller's $ErrorActionPreference.

function Get-Volume {
    [CmdletBinding()]
    param([char[]]$DriveLetter)
    if (-not (Test-Refusal -Cmdlet $PSCmdlet -Cdxml)) {
        $disk = (Get-MachineState).disk
        [pscustomobject]@{ DriveLetter = [char]'C'; Size = [long]($disk.sizeGiB * 1GB); SizeRemaining = [long]($disk.freeGiB * 1GB); FileSystem = 'NTFS' }
    }
}

function Get-Partition {
    [CmdletBinding()]
    param([char[]]$DriveLetter)
    if (-not (Test-Refusal -Cmdlet $PSCmdlet -Cdxml)) {
        [pscustomobject]@{ DriveLetter = [char]'C'; DiskNumber = 0; PartitionNumber = 1; Size = [long]((Get-MachineState).disk.sizeGiB * 1GB) }
    }
}

Export-ModuleMember -Function Get-Volume, Get-Partition
