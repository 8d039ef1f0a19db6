Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Installs the containerd release for the wanted Kubernetes minor as a service, in the directory that AWS's EKS images
# use. 40-containerd configures and starts it.
Invoke-Step -Name '32-containerd-install' -FailureClass 'provision' -Script {
    $wanted = Get-Artifact -Name 'containerd'
    $archive = Get-WorkPath 'downloads\containerd.tar.gz'
    Get-VerifiedFile -Url $wanted.url -Checksum $wanted.sha256 -Path $archive
    $unpacked = Get-WorkPath 'downloads\containerd'
    New-Item -Path $unpacked -ItemType Directory -Force | Out-Null
    # The tar of Windows: the tar of Git or MSYS, which may come first in the path, reads C: as the name of a remote
    # host.
    Invoke-Native -FilePath "$env:SystemRoot\System32\tar.exe" -ArgumentList @('-xzf', $archive, '-C', $unpacked)

    $directory = Split-Path -Path (Get-ContainerdPath 'containerd.exe') -Parent
    New-Item -Path $directory -ItemType Directory -Force | Out-Null
    Get-Service -Name containerd -ErrorAction SilentlyContinue | Stop-Service -Force
    foreach ($program in 'containerd.exe', 'ctr.exe', 'containerd-shim-runhcs-v1.exe') {
        Copy-Item -Path "$unpacked\bin\$program" -Destination $directory -Force
        Add-ReportedBinary -Path (Get-ContainerdPath $program) -Version $wanted.version -From 'download'
    }
    $installed = Get-ProgramVersion -Path (Get-ContainerdPath 'containerd.exe')
    if ($installed -ne [version]$wanted.version) {
        throw "containerd states version $installed after $($wanted.version) was installed."
    }

    # containerd refuses to register a second time.
    $program = Get-ContainerdPath 'containerd.exe'
    if (-not (Get-Service -Name containerd -ErrorAction SilentlyContinue)) {
        Invoke-Native -FilePath $program -ArgumentList @('--register-service')
    }
    $command = Get-ServiceCommand -Name 'containerd'
    if ($command -notlike "$program*") {
        throw "The base has a service containerd that runs $command instead of $program."
    }
    Set-Service -Name containerd -StartupType Automatic
    Add-MachinePath -Directory $directory
    "containerd $installed is installed."
}
