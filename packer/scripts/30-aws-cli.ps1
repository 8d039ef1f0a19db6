Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Installs the AWS CLI unless the base has a recent one. AWS publishes no checksum of its installer but signs it.
Invoke-Step -Name '30-aws-cli' -FailureClass 'provision' -Script {
    $wanted = Get-Artifact -Name 'aws-cli'
    $path = Get-AwsCliPath
    if ((Test-Path -Path $path) -and (Get-ProgramVersion -Path $path) -ge [version]$wanted.version) {
        $installed = Get-ProgramVersion -Path $path
        Add-ReportedBinary -Path $path -Version "$installed" -From 'base'
        "The AWS CLI $installed of the base stays."
        return
    }

    $installer = Get-WorkPath 'downloads\aws-cli.msi'
    Get-VerifiedFile -Url $wanted.url -Signer $wanted.signer -Path $installer
    # 1618: another installation is running. Windows starts some by itself after a boot.
    Invoke-WithRetry -Activity 'Installing the AWS CLI' -FinalPattern 'exited with (?!1618\b)' -Script {
        Invoke-Native -FilePath 'msiexec.exe' -ArgumentList @('/i', $installer, '/qn', '/norestart') -AllowedExitCode 0, 3010
    }
    $installed = Get-ProgramVersion -Path $path
    if ($installed -ne [version]$wanted.version) {
        throw "The AWS CLI states version $installed after $($wanted.version) was installed."
    }
    Add-ReportedBinary -Path $path -Version "$installed" -From 'download'
    "The AWS CLI is $installed now."
}
