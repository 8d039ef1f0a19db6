module eks-windows-images/programs

go 1.24
