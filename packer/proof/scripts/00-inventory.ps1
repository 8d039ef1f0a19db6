Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# First part of the proof's user data: takes an inventory of the image before WinRM is opened and changes it. WinRM is
# opened even if this fails, because a machine that cannot be reached would count as a bad image. The check of the
# leftovers then reports the failure.
try {
    Start-Service -Name WinRM
    $temporary = @(
        "$env:SystemRoot\Temp\packer-*"
        "$env:SystemRoot\Temp\script-*"
        "$env:SystemRoot\Temp\winrmcp-*"
        "$env:SystemDrive\Users\*\AppData\Local\Temp\winrmcp-*"
        "$env:SystemDrive\eks-windows-images"
    )
    $histories = @(
        "$env:SystemDrive\Users\*\AppData\Roaming\Microsoft\Windows\PowerShell\PSReadLine\*_history.txt"
        "$env:SystemDrive\Users\*\Documents\PowerShell_transcript*"
    )
    $inventory = [ordered]@{
        listeners      = @(Get-ChildItem -Path WSMan:\localhost\Listener | Where-Object { $_.Keys -contains 'Transport=HTTPS' } | ForEach-Object { $_.Keys -join ' ' })
        certificates   = @(Get-ChildItem -Path Cert:\LocalMachine\My | Where-Object { $_.Subject -eq 'CN=eks-windows-images' } | ForEach-Object { $_.Subject })
        firewallRules  = @(Get-NetFirewallRule -Name 'eks-windows-images-*' -ErrorAction SilentlyContinue | ForEach-Object { $_.Name })
        scheduledTasks = @(Get-ScheduledTask -TaskName 'eks-windows-images-*', 'packer-*' -ErrorAction SilentlyContinue | ForEach-Object { $_.TaskName })
        temporaryFiles = @(Get-Item -Path $temporary -Force -ErrorAction SilentlyContinue | ForEach-Object { $_.FullName })
        histories      = @(Get-Item -Path $histories -Force -ErrorAction SilentlyContinue | ForEach-Object { $_.FullName })
    }
}
catch {
    $inventory = [ordered]@{ error = @("taking the inventory: $($_.Exception.Message)") }
}
try {
    $directory = "$env:SystemDrive\eks-windows-images-proof"
    New-Item -Path $directory -ItemType Directory -Force | Out-Null
    [System.IO.File]::WriteAllText("$directory\inventory.json", (ConvertTo-Json -InputObject $inventory))
}
catch {
    Write-Warning "Writing the inventory: $($_.Exception.Message)"
}
