namespace Settlement.Domain.Tests;
