@{
    RootModule        = 'EksWindowsImages.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = '6b0c2a4e-2f0d-4f0c-9d43-6f1f0a9b7c11'
    Description       = 'What the steps of an image build share.'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('*')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
