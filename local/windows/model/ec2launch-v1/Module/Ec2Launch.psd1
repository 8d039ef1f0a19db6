@{
    ModuleVersion = '1.3.2005119'
    GUID          = 'f5a2b3a8-57c6-4a44-9c39-3f0a7a7f3b1e'
    Author        = 'The model of Windows'
    Description   = 'Stands in for the manifest of EC2Launch v1: its version is read.'
}
