"""Frames of trade and jobs."""

from sample.frame import Frame

TRADE = (
    Frame(
        "khai_truong",
        "kinh doanh",
        {
            "cty": "firm",
            "r": "road",
            "hang": "goods",
            "pc": "int 5 60 5",
            "d": "date",
            "who": ("person"),
        },
        (
            "Cửa hàng {cty} trên {r} khai trương {d}, [giảm|bớt] {pc}% cho {hang}. Chủ cửa hàng "
            "là {who_t}.",
            "{who_t} [mở|vừa mở] cửa hàng {cty} ở {r}. {d}, khách mua {hang} được [bớt|giảm] "
            "{pc}%.",
            "Giảm {pc}% cho {hang} [là quà|là món quà] của cửa hàng {cty} trong ngày khai "
            "trương, {d}, ở {r}. {who_t} [làm chủ|đứng tên].",
        ),
        "Cửa hàng {cty} khai trương {d}, giảm {pc}%.",
        {
            "cty": ("cửa hàng", "Cửa hàng tên gì?|Cửa hàng nào khai trương?"),
            "r": ("địa chỉ", "Cửa hàng ở đường nào?|Khách đến đường nào để mua?"),
            "hang": ("mặt hàng", "Mặt hàng nào được giảm giá?|Khách mua gì thì được bớt?"),
            "pc": ("mức giảm", "Giảm giá bao nhiêu phần trăm?|Khách được bớt mấy phần trăm?"),
            "who": ("chủ cửa hàng", "Ai là chủ cửa hàng?|Cửa hàng của ai?"),
            "d": (
                "ngày khai trương",
                "Cửa hàng khai trương ngày nào?|Ngày khai trương là ngày nào?",
            ),
        },
    ),
    Frame(
        "gia_cho",
        "kinh doanh",
        {"q": "crop", "cho": "market", "a": "rise", "who": "person f", "w": "weekday"},
        (
            "{w}, giá {q} ở {cho} [tăng|đổi] từ {a} lên thành {a_e} một kg, [theo|theo lời] "
            "{who_t}, người bán hàng.",
            "{who_t} bán {q} ở {cho} [cho hay|nói] giá cũ là {a}, còn giá mới {w} là {a_e} một kg.",
            "Từ {w}, người mua {q} ở {cho} trả {a_e} một kg [thay vì|chứ không còn là] {a}, "
            "{who_t} [kể|cho biết].",
        ),
        "Giá {q} ở {cho} từ {a} thành {a_e}.",
        {
            "q": ("mặt hàng", "Mặt hàng nào đổi giá?|Giá của thứ gì thay đổi?"),
            "cho": ("chợ", "Giá này ở chợ nào?|Chợ nào đổi giá {q}?"),
            "a": ("giá cũ", "Giá cũ là bao nhiêu?|Trước đây một kg giá bao nhiêu?"),
            "a_e": ("giá mới", "Giá mới là bao nhiêu?|Bây giờ một kg giá bao nhiêu?"),
            "who": ("người bán", "Người bán tên gì?|Ai bán {q}?"),
            "w": ("ngày đổi giá", "Giá mới có từ hôm nào?|Giá đổi vào thứ mấy?"),
        },
    ),
    Frame(
        "nha_may",
        "kinh doanh",
        {
            "cty": "firm",
            "xa": "commune",
            "tien": "int 12 900",
            "n": "int 60 2000 20",
            "hang": ("goods"),
            "who": "person",
        },
        (
            "Công ty {cty} xây nhà máy làm {hang} ở {xa}, vốn {tien} tỉ đồng. [Nhà máy|Nơi này] "
            "cần {n} công nhân, giám đốc là {who}.",
            "{n} công nhân sẽ [làm việc|có việc] trong nhà máy {hang} của công ty {cty} ở {xa}. "
            "Giám đốc {who} [nói vốn|cho biết vốn] là {tien} tỉ đồng.",
            "Giám đốc {who} [đưa|mang] {tien} tỉ đồng về {xa} dựng nhà máy làm {hang}. Công ty "
            "{cty} [tuyển|nhận] {n} công nhân.",
        ),
        "Công ty {cty} xây nhà máy {tien} tỉ đồng ở {xa}.",
        {
            "cty": ("công ty", "Công ty nào xây nhà máy?|Nhà máy của công ty nào?"),
            "xa": ("nơi xây", "Nhà máy xây ở đâu?|Nơi nào có nhà máy mới?"),
            "tien": ("vốn (tỉ đồng)", "Vốn là bao nhiêu tỉ đồng?|Nhà máy tốn mấy tỉ đồng?"),
            "n": ("số công nhân", "Nhà máy cần bao nhiêu công nhân?|Có mấy công nhân?"),
            "hang": ("sản phẩm", "Nhà máy làm gì?|Sản phẩm của nhà máy là gì?"),
            "who": ("giám đốc", "Giám đốc tên gì?|Ai là giám đốc?"),
        },
    ),
    Frame(
        "quan_an",
        "kinh doanh",
        {
            "q": "firm",
            "m": "dish",
            "gia": "k 20 75",
            "r": "road",
            "who": "person",
            "n": ("int 40 400 10"),
        },
        (
            "Quán {q} ở {r} bán {m}, {gia} một phần. [Chủ quán|Bếp trưởng] {who} nói mỗi ngày "
            "quán [bán được|bán] {n} tô.",
            "Mỗi ngày {n} phần {m} [được bán ra|rời bếp] ở quán {q} trên {r}. {who_t} [làm "
            "chủ|đứng bếp], giá một phần là {gia}.",
            "{who_t} mở quán {q} ở {r}, [chỉ bán|chuyên bán] {m} giá {gia} một phần, ngày bán "
            "{n} phần.",
        ),
        "Quán {q} bán {m} giá {gia} một phần.",
        {
            "q": ("tên quán", "Quán tên gì?|Quán nào bán {m}?"),
            "m": ("món ăn", "Quán bán món gì?|Món của quán là gì?"),
            "gia": ("giá một phần", "Một phần giá bao nhiêu?|Giá mỗi phần là bao nhiêu?"),
            "r": ("đường", "Quán ở đường nào?|Khách tìm quán trên đường nào?"),
            "who": ("người nấu", "Quán của ai?|Ai lo bếp của quán?"),
            "n": ("số phần mỗi ngày", "Mỗi ngày bán bao nhiêu phần?|Quán bán mấy phần một ngày?"),
        },
    ),
    Frame(
        "dau_gia",
        "kinh doanh",
        {
            "cho": "market",
            "so": "int 2 90",
            "who": "person",
            "a": "tr 10 60",
            "b": ("tr 120 980 10"),
            "t": ("moment"),
        },
        (
            "Sạp số {so} của {cho} được đấu giá {t}. Giá khởi điểm {a}, [cuối cùng|sau cùng] "
            "{who_t} mua với giá {b}.",
            "{who_t} trả {b} để có sạp số {so} ở {cho}. Buổi đấu giá [diễn ra|mở] {t}, bắt đầu "
            "từ {a}.",
            "Từ mức {a} [lúc đầu|ban đầu], sạp số {so} ở {cho} lên tới {b}. Người thắng đấu giá "
            "{t} là {who_t}.",
        ),
        "{who_t} mua sạp số {so} ở {cho} giá {b}.",
        {
            "cho": ("chợ", "Sạp ở chợ nào?|Chợ nào có đấu giá?"),
            "so": ("số sạp", "Sạp số mấy được bán?|Đó là sạp số nào?"),
            "who": ("người mua", "Ai mua được sạp?|Người thắng đấu giá là ai?"),
            "a": ("giá khởi điểm", "Giá lúc đầu là bao nhiêu?|Giá khởi điểm bao nhiêu?"),
            "b": ("giá bán", "Sạp bán được bao nhiêu?|Giá cuối cùng là bao nhiêu?"),
            "t": ("thời gian", "Buổi đấu giá diễn ra khi nào?|Đấu giá vào lúc nào?"),
        },
    ),
)

JOBS = (
    Frame(
        "tuyen_tho",
        "việc làm",
        {
            "cty": "firm",
            "job": "job",
            "n": "int 2 60",
            "luong": "tr 6 28",
            "who": "person",
            "d": ("date"),
        },
        (
            "Công ty {cty} tuyển {n} {job}, lương {luong} một tháng. [Nộp đơn cho|Gặp] {who_t} "
            "trước {d}.",
            "Cần {n} {job} [làm|vào làm] ở công ty {cty}. Mỗi tháng trả {luong}; {who_t} nhận "
            "đơn [đến hết|tới] {d}.",
            "{who_t} của công ty {cty} [đang tìm|tìm] {n} {job}. [Lương tháng|Mức lương] "
            "{luong}, hạn nộp đơn {d}.",
        ),
        "Công ty {cty} tuyển {n} {job}.",
        {
            "cty": ("công ty", "Công ty nào tuyển người?|Công ty tuyển người tên gì?"),
            "job": ("vị trí", "Công ty tuyển người làm gì?|Vị trí cần tuyển là gì?"),
            "n": ("số người", "Cần tuyển bao nhiêu người?|Công ty cần mấy người?"),
            "luong": ("lương", "Lương mỗi tháng là bao nhiêu?|Mức lương bao nhiêu?"),
            "who": ("người nhận đơn", "Nộp đơn cho ai?|Ai nhận đơn?"),
            "d": ("hạn nộp đơn", "Hạn nộp đơn là ngày nào?|Nhận đơn đến ngày nào?"),
        },
    ),
    Frame(
        "gia_su",
        "việc làm",
        {
            "who": "person f",
            "mon": "subject",
            "lop": "class 3 9",
            "tien": "k 80 300 10",
            "r": ("road"),
            "k": "int 2 6",
        },
        (
            "{who_t} ở {r} cần gia sư môn {mon} cho con học {lop}, mỗi tuần {k} buổi, [trả|tiền "
            "công] {tien} một giờ.",
            "[Tìm|Cần] người dạy môn {mon}, {k} buổi một tuần, {tien} một giờ. [Học trò|Cháu] "
            "học {lop}, là con {who_t} ở {r}.",
            "Con của {who_t} học {lop} [đang cần|cần] gia sư môn {mon}. Nhà ở {r}, {k} buổi mỗi "
            "tuần, một giờ [được|trả] {tien}.",
        ),
        "{who_t} tìm gia sư môn {mon} cho con {lop}.",
        {
            "who": ("phụ huynh", "Ai cần gia sư?|Người tìm gia sư là ai?"),
            "mon": ("môn", "Gia sư dạy môn gì?|Cần người dạy môn nào?"),
            "lop": ("lớp", "Học trò học lớp nào?|Con của {who_a} học lớp mấy?"),
            "tien": ("tiền một giờ", "Một giờ trả bao nhiêu?|Tiền công mỗi giờ là bao nhiêu?"),
            "r": ("đường", "Nhà học trò ở đường nào?|Gia sư dạy ở đường nào?"),
            "k": ("số buổi mỗi tuần", "Mỗi tuần mấy buổi?|Một tuần dạy bao nhiêu buổi?"),
        },
    ),
    Frame(
        "tinh_nguyen",
        "việc làm",
        {
            "xa": "commune",
            "n": "int 8 90",
            "who": "person",
            "d": "date",
            "k": "int 3 25",
            "mon": ("subject"),
        },
        (
            "{xa} [cần|tìm] {n} tình nguyện viên dạy môn {mon} trong {k} ngày, [bắt đầu|kể từ] "
            "{d}. Đăng ký với {who_t}.",
            "{who_t} nhận đăng ký của {n} tình nguyện viên [sẽ dạy|đến dạy] môn {mon} ở {xa}. "
            "[Lớp mở|Khóa dạy mở] {d}, kéo dài {k} ngày.",
            "Từ {d}, {n} tình nguyện viên dạy môn {mon} [cho trẻ em|cho trẻ] {xa} trong {k} "
            "ngày; ai muốn góp sức [xin gặp|hãy tìm] {who_t}.",
        ),
        "{xa} tìm {n} tình nguyện viên dạy môn {mon}.",
        {
            "xa": ("nơi dạy", "Tình nguyện viên dạy ở đâu?|Nơi nào cần tình nguyện viên?"),
            "n": ("số người", "Cần bao nhiêu tình nguyện viên?|Mấy người sẽ đi dạy?"),
            "who": ("người nhận đăng ký", "Đăng ký với ai?|Ai nhận đăng ký?"),
            "mon": ("môn", "Tình nguyện viên dạy môn gì?|Trẻ em được học môn nào?"),
            "k": ("số ngày", "Dạy trong mấy ngày?|Đợt dạy dài bao nhiêu ngày?"),
            "d": ("ngày bắt đầu", "Ngày nào bắt đầu dạy?|Đợt dạy bắt đầu ngày nào?"),
        },
    ),
    Frame(
        "tho_gioi",
        "việc làm",
        {
            "who": "person",
            "job": "job",
            "cty": "firm",
            "nam": "int 3 35",
            "luong": "tr 6 35",
            "th": ("person"),
        },
        (
            "{who_t} làm {job} ở công ty {cty} đã {nam} năm, [lương|thu nhập] {luong} một "
            "tháng. Người [dạy|truyền] nghề là {th_t}.",
            "[Học nghề|Theo học] {th_t}, {who_t} trở thành {job} của công ty {cty}. Sau {nam} "
            "năm, lương tháng là {luong}.",
            "Công ty {cty} trả {luong} một tháng cho {job} {who}, [người có|người đã có] {nam} "
            "năm trong nghề và là học trò của {th_t}.",
        ),
        "{who} làm {job} ở công ty {cty} {nam} năm.",
        {
            "who": ("người thợ", "Bài nói về ai?|Ai làm {job}?"),
            "job": ("nghề", "{who_a} làm nghề gì?|Nghề của {who_a} là gì?"),
            "cty": ("công ty", "{who_a} làm ở công ty nào?|Công ty của {who_a} tên gì?"),
            "nam": ("số năm", "{who_a} làm nghề mấy năm?|{who_a} có bao nhiêu năm trong nghề?"),
            "luong": ("lương", "Lương của {who_a} là bao nhiêu?|Mỗi tháng {who_a} được bao nhiêu?"),
            "th": ("người dạy nghề", "Ai dạy nghề cho {who_a}?|Thầy dạy nghề của {who_a} là ai?"),
        },
    ),
)

FRAMES = TRADE + JOBS
