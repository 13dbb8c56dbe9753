namespace Settlement.Storage.Tests;
