namespace Settlement.Worker.Tests;
