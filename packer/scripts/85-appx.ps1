Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Runs as SYSTEM on editions with a desktop. Removes apps that are installed for a user but not provisioned for all:
# they make generalizing fail (Microsoft KB2769827). Windows Update installs such apps, Edge among them.
Invoke-Step -Name '85-appx' -FailureClass 'sysprep' -Script {
    $provisioned = @(Get-AppxProvisionedPackage -Online | ForEach-Object { $_.DisplayName })
    $apps = @(Get-AppxPackage -AllUsers | Where-Object {
            -not $_.IsFramework -and -not $_.IsResourcePackage -and "$($_.SignatureKind)" -ne 'System' -and $provisioned -notcontains $_.Name
        })
    foreach ($app in $apps) {
        # An app that cannot be removed need not stop sysprep. If it does, generalizing tries once more or fails with
        # the app's name.
        try {
            Remove-AppxPackage -AllUsers -Package $app.PackageFullName
            "$($app.PackageFullName) is removed."
        }
        catch {
            Write-Warning "$($app.PackageFullName) stays: $($_.Exception.Message)"
        }
    }
    "$($apps.Count) apps were not there for all users."
}
