module github.com/seed65f5866d/resp

go 1.25.0
