// House rules of the domain that the compiler can't enforce alone: no binary floating point and no decimal anywhere in the compiled assembly (5.4),
// no package, nothing named in the banned list.
using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Settlement.Domain.Money;
using Xunit;

namespace Settlement.Domain.Tests.House;

public sealed class DomainPurityTests : IDisposable
{
    private static readonly string[] Floats = ["Double", "Single", "System.Decimal", "System.Half"];

    private readonly PEReader file = new(File.OpenRead(typeof(Amount).Assembly.Location));
    private readonly MetadataReader metadata;

    public DomainPurityTests() => metadata = file.GetMetadataReader();

    public void Dispose() => file.Dispose();

    [Fact]
    public void No_field_signature_or_local_is_a_double_a_float_or_a_decimal()
    {
        var names = new TypeNames();
        var used = new List<string>();
        foreach (var field in metadata.FieldDefinitions.Select(metadata.GetFieldDefinition))
            used.Add($"field {metadata.GetString(field.Name)}: {field.DecodeSignature(names, null)}");
        foreach (var method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition))
        {
            used.Add($"method {metadata.GetString(method.Name)}: {Show(method.DecodeSignature(names, null))}");
            if (method.RelativeVirtualAddress != 0 && file.GetMethodBody(method.RelativeVirtualAddress).LocalSignature is { IsNil: false } locals)
                used.Add($"locals of {metadata.GetString(method.Name)}: {string.Join(", ", metadata.GetStandaloneSignature(locals).DecodeLocalSignature(names, null))}");
        }

        foreach (var member in metadata.MemberReferences.Select(metadata.GetMemberReference))
        {
            used.Add($"call of {metadata.GetString(member.Name)}: " + (member.GetKind() == MemberReferenceKind.Field
                ? member.DecodeFieldSignature(names, null) : Show(member.DecodeMethodSignature(names, null))));
        }

        for (var row = 1; row <= metadata.GetTableRowCount(TableIndex.MethodSpec); row++)
        {
            var spec = metadata.GetMethodSpecification(MetadataTokens.MethodSpecificationHandle(row));
            used.Add("generic call of " + string.Join(", ", spec.DecodeSignature(names, null)));
        }

        Assert.True(used.Count > 1000, "The assembly was not read.");
        Assert.DoesNotContain(used, u => Floats.Any(f => u.Contains(f, StringComparison.Ordinal)));
    }

    [Fact]
    public void No_instruction_makes_a_float()
    {
        var bodies = 0;
        foreach (var method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition).Where(m => m.RelativeVirtualAddress != 0))
        {
            bodies++;
            foreach (var code in Instructions.Of(file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!))
                Assert.False(Instructions.MakesFloat(code), $"{metadata.GetString(method.Name)}: {code}");
        }

        Assert.True(bodies > 300);
    }

    [Fact]
    public void The_domain_knows_the_framework_and_nothing_else() => Assert.All(
        metadata.AssemblyReferences.Select(a => metadata.GetString(metadata.GetAssemblyReference(a).Name)),
        name => Assert.StartsWith("System.", name, StringComparison.Ordinal));

    [Fact]
    public void Nothing_that_is_banned_is_called()
    {
        var called = metadata.MemberReferences.Select(metadata.GetMemberReference).Where(m => m.Parent.Kind == HandleKind.TypeReference)
            .Select(m => $"{TypeNames.Of(metadata, (TypeReferenceHandle)m.Parent)}.{metadata.GetString(m.Name).Replace("get_", "", StringComparison.Ordinal)}").ToHashSet(StringComparer.Ordinal);
        var types = metadata.TypeReferences.Select(t => TypeNames.Of(metadata, t)).ToHashSet(StringComparer.Ordinal);
        Assert.Contains("System.String.Concat", called);
        foreach (var line in File.ReadAllLines(Repository.File("src/Settlement.Domain/BannedSymbols.txt")).Where(l => l.Length > 0))
        {
            var name = line.Split(';')[0];
            // The primitive floats never appear in the table of types; the test of the signatures above finds them.
            Assert.DoesNotContain(name[2..], name.StartsWith("T:", StringComparison.Ordinal) ? types : called);
        }
    }

    private static string Show(MethodSignature<string> signature) => $"{string.Join(", ", signature.ParameterTypes)} -> {signature.ReturnType}";

    /// <summary>Types as text, in full, so that a float deep inside a generic type is found.</summary>
    private sealed class TypeNames : ISignatureTypeProvider<string, object?>
    {
        public static string Of(MetadataReader reader, TypeReferenceHandle handle)
        {
            var type = reader.GetTypeReference(handle);
            return $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
        }

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Of(reader, handle);

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => "own";

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public string GetGenericInstantiation(
            string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(", ", typeArguments)}>";

        public string GetArrayType(string elementType, ArrayShape shape) => elementType + "[,]";

        public string GetSZArrayType(string elementType) => elementType + "[]";

        public string GetByReferenceType(string elementType) => elementType + "&";

        public string GetPointerType(string elementType) => elementType + "*";

        public string GetPinnedType(string elementType) => elementType;

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetFunctionPointerType(MethodSignature<string> signature) => Show(signature);

        public string GetGenericMethodParameter(object? genericContext, int index) => "M";

        public string GetGenericTypeParameter(object? genericContext, int index) => "T";
    }
}
