Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Describe 'Kubernetes' {
    $wanted = [version](Get-Setting 'KUBERNETES_VERSION')

    foreach ($tool in 'kubelet', 'kube-proxy') {
        It "has $tool of the wanted minor, at least $wanted" {
            $version = Get-ProgramVersion -Path "$env:ProgramFiles\kubernetes\$tool.exe"
            $version.Minor | Should Be $wanted.Minor
            ($version -ge $wanted) | Should Be $true
        }
    }
}
