Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# On editions with a desktop an app that is installed for a user but not provisioned for all makes generalizing fail (Microsoft KB2769827);
# Windows Update brings such apps along, Edge for one. Runs as SYSTEM.
Invoke-Step -Name '85-appx' -FailureClass 'sysprep' -Script {
    $provisioned = @(Get-AppxProvisionedPackage -Online | ForEach-Object { $_.DisplayName })
    $apps = @(Get-AppxPackage -AllUsers | Where-Object {
            -not $_.IsFramework -and -not $_.IsResourcePackage -and "$($_.SignatureKind)" -ne 'System' -and $provisioned -notcontains $_.Name
        })
    foreach ($app in $apps) {
        # One that refuses to go need not be in sysprep's way. If it is, generalizing tries once more, or fails with its name.
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
