namespace Settlement.Simulation.Tests;
