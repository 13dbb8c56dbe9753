namespace Settlement.Domain.Money;

/// <summary>A currency by its ISO 4217 code and the number of decimals of its minor unit.</summary>
public sealed record Currency(string Code, int Decimals)
{
    private const string NoDecimals = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    private const string ThreeDecimals = "BHD IQD JOD KWD LYD OMR TND";
    private const string TwoDecimals =
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD "
        + "EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL "
        + "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
        + "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG";

    /// <summary>One minor unit, in 1e-8 of the currency.</summary>
    public long MinorUnitE8 => Decimals switch { 0 => 100_000_000, 2 => 1_000_000, _ => 100_000 };

    public static Currency? Find(string code)
    {
        if (code.Length != 3 || code.Contains(' ', StringComparison.Ordinal))
            return null;
        return NoDecimals.Contains(code, StringComparison.Ordinal) ? new Currency(code, 0)
            : ThreeDecimals.Contains(code, StringComparison.Ordinal) ? new Currency(code, 3)
            : TwoDecimals.Contains(code, StringComparison.Ordinal) ? new Currency(code, 2) : null;
    }
}
