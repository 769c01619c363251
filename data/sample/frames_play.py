"""Frames of sport and culture."""

from sample.frame import Frame

SPORT = (
    Frame(
        "bong_da",
        "thể thao",
        {
            "a": "name",
            "b": "name",
            "s": "score 5",
            "who": "person m young",
            "gk": "person m young",
            "san": "ground",
            "t": "moment",
        },
        (
            "{t}, trên {san}, đội {a} đã [thắng|hạ|vượt qua] đội {b} với tỉ số {s}. {who} [ghi "
            "bàn mở tỉ số|là người mở tỉ số], còn thủ môn {gk} [cản phá nhiều cú sút|chơi rất "
            "chắc tay].",
            "Tỉ số {s} [thuộc về|nghiêng về] đội {a} khi gặp đội {b} {t} ở {san}. [Người mở tỉ "
            "số là|Bàn mở tỉ số thuộc về] {who}. Thủ môn {gk} được khen [nhiều|hết lời].",
            "Thủ môn {gk} [giữ vững khung thành|bắt rất hay], {who} mở tỉ số từ sớm, và đội {a} "
            "thắng đội {b} {s} ở {san} {t}.",
        ),
        "Đội {a} thắng đội {b} {s}.",
        {
            "who": ("người mở tỉ số", "Ai mở tỉ số?|Bàn mở tỉ số do ai ghi?|Cầu thủ nào mở tỉ số?"),
            "gk": ("thủ môn", "Thủ môn tên là gì?|Ai bắt gôn?|Người giữ khung thành là ai?"),
            "s": ("tỉ số", "Tỉ số ra sao?|Trận đấu kết thúc với tỉ số nào?|Tỉ số trận này là mấy?"),
            "a": ("đội thắng", "Đội nào thắng?|Phần thắng thuộc về đội nào?|Đội thắng tên gì?"),
            "b": ("đội thua", "Đội nào thua?|Đội thua tên gì?"),
            "san": ("sân", "Hai đội gặp nhau ở sân nào?|Trận đấu diễn ra trên sân nào?"),
        },
    ),
    Frame(
        "chay_bo",
        "thể thao",
        {"xa": "commune", "km": "run", "win": "person", "sec": "person", "n": "int 60 900 10"},
        (
            "Giải chạy {km} km [do {xa} tổ chức|của {xa}] có {n} người [dự|tham gia]. {win} về "
            "nhất [sau|với thời gian] {km_m} phút, {sec} [bám sát phía sau và về nhì|giành giải "
            "nhì].",
            "{win} chỉ mất {km_m} phút để về nhất giải chạy {km} km ở {xa}. Về nhì trong số {n} "
            "người [dự giải|tranh tài] là {sec}.",
            "Có {n} người chạy trong giải {km} km ở {xa}. [Hạng nhì thuộc về|Về nhì là] {sec}; "
            "hạng nhất thuộc về {win}, [người cán đích sau|thành tích] {km_m} phút.",
        ),
        "{win} về nhất giải chạy {km} km ở {xa}.",
        {
            "win": ("người về nhất", "Ai về nhất?|Người về nhất là ai?|Ai vô địch giải chạy?"),
            "sec": ("người về nhì", "Ai về nhì?|Người đứng thứ hai là ai?"),
            "xa": ("nơi tổ chức", "Giải chạy tổ chức ở đâu?|Nơi nào tổ chức giải?"),
            "n": ("số người dự", "Bao nhiêu người dự giải?|Giải có mấy người tham gia?"),
            "km_m": (
                "số phút",
                "Người về nhất chạy mất mấy phút?|Người đầu tiên cán đích sau bao nhiêu phút?",
            ),
        },
    ),
    Frame(
        "co_tuong",
        "thể thao",
        {
            "win": "person m",
            "los": "person m",
            "hall": "hall",
            "v": "int 20 70",
            "p": ("k 200 900 50"),
            "h": "hour 9 21",
        },
        (
            "Ván chung kết cờ tướng ở {hall} kết thúc lúc {h}. Sau {v} nước, {win_t} [thắng|hạ] "
            "{los_t} và [nhận|lãnh] phần thưởng {p}.",
            "{los_t} [xin thua|chịu thua] {win_t} ở nước thứ {v} của ván chung kết cờ tướng, khi "
            "đồng hồ ở {hall} chỉ {h}. [Giải thưởng|Phần thưởng] là {p}.",
            "Phần thưởng {p} của giải cờ tướng ở {hall} [đã về tay|thuộc về] {win_t}, người thắng "
            "{los_t} sau {v} nước. Ván cờ [xong|kết thúc] lúc {h}.",
        ),
        "{win_t} thắng {los_t} ở giải cờ tướng.",
        {
            "win": (
                "người thắng",
                "Ai thắng ván cờ?|Ai vô địch giải cờ tướng?|Người nhận thưởng là ai?",
            ),
            "los": ("người thua", "Ai thua ván chung kết?|Người thua tên gì?"),
            "hall": ("địa điểm", "Giải cờ tổ chức ở đâu?|Ván cờ diễn ra ở nhà văn hóa nào?"),
            "v": ("số nước cờ", "Ván cờ kéo dài bao nhiêu nước?|Hai người đi mấy nước cờ?"),
            "p": ("phần thưởng", "Phần thưởng là bao nhiêu?|Người thắng được thưởng bao nhiêu?"),
            "h": ("giờ kết thúc", "Ván cờ kết thúc lúc mấy giờ?"),
        },
    ),
    Frame(
        "dua_thuyen",
        "thể thao",
        {
            "win": "hamlet",
            "sec": "hamlet",
            "song": "river",
            "n": "int 6 28",
            "cap": "person m",
            "t": "moment",
        },
        (
            "Hội đua thuyền trên {song} {t} có {n} thuyền [xuất phát|tranh tài]. Thuyền của {win} "
            "cán đích đầu tiên, bỏ xa {sec}. Đội trưởng [đội thắng|] là {cap_t}.",
            "{cap_t} [cầm lái|chỉ huy] đưa thuyền {win} về nhất trên {song}. {sec} về nhì trong số "
            "{n} thuyền dự hội đua {t}.",
            "{t}, {n} thuyền đua nhau trên {song}. Về sau cùng [một nhịp chèo|nửa thân thuyền] "
            "so với {win} là {sec}; {cap_t} [lái|cầm lái] chiếc thuyền thắng cuộc.",
        ),
        "{win} thắng hội đua thuyền trên {song}.",
        {
            "win": ("đội nhất", "Thuyền của nơi nào về nhất?|Nơi nào thắng hội đua thuyền?"),
            "sec": ("đội nhì", "Thuyền của nơi nào về nhì?|Nơi nào đứng sau đội thắng?"),
            "song": ("nơi đua", "Hội đua diễn ra trên dòng nước nào?|Các thuyền đua ở đâu?"),
            "cap": (
                "người cầm lái",
                "Ai cầm lái thuyền thắng cuộc?|Người chỉ huy thuyền về nhất là ai?",
            ),
            "n": ("số thuyền", "Có bao nhiêu thuyền dự đua?|Mấy chiếc thuyền tranh tài?"),
            "t": ("thời gian", "Hội đua diễn ra khi nào?"),
        },
    ),
    Frame(
        "lop_boi",
        "thể thao",
        {
            "who": "person",
            "ho": "lake",
            "n": "int 12 60",
            "fee": "k 30 120 5",
            "d": "date",
            "tuoi": "int 6 12",
        },
        (
            "Lớp dạy bơi ở {ho} [nhận|tuyển] {n} em từ {tuoi} tuổi, học phí {fee} một buổi. "
            "{who_t} đứng lớp, [buổi đầu|khai giảng] vào {d}.",
            "Từ {d}, {who_t} dạy bơi ở {ho} cho {n} em. [Các em phải đủ|Trẻ từ] {tuoi} tuổi [mới "
            "được học|đều học được], mỗi buổi đóng {fee}.",
            "Mỗi buổi {fee}, các em từ {tuoi} tuổi [có thể|được] học bơi với {who_t} ở {ho}. "
            "Lớp có {n} chỗ và [mở cửa|bắt đầu] {d}.",
        ),
        "{who_t} dạy bơi ở {ho} từ {d}.",
        {
            "who": ("người dạy", "Ai dạy bơi?|Người đứng lớp bơi là ai?"),
            "ho": ("nơi học", "Các em học bơi ở đâu?|Lớp bơi mở ở hồ nào?"),
            "fee": ("học phí", "Mỗi buổi học đóng bao nhiêu?|Học phí một buổi là bao nhiêu?"),
            "n": ("số học viên", "Lớp bơi nhận bao nhiêu em?|Lớp có mấy chỗ?"),
            "tuoi": ("tuổi", "Các em phải từ mấy tuổi?|Bao nhiêu tuổi thì được học bơi?"),
            "d": ("ngày bắt đầu", "Lớp bơi bắt đầu ngày nào?|Buổi học đầu vào ngày nào?"),
        },
    ),
)

CULTURE = (
    Frame(
        "trien_lam",
        "văn hóa",
        {"who": "person", "ten": "title", "n": "int 15 120", "noi": "museum", "d": "period"},
        (
            "{noi} [trưng bày|giới thiệu] {n} bức tranh của [họa sĩ|] {who} trong triển lãm "
            '"{ten}", mở cửa từ {d} đến {d_e}.',
            'Triển lãm "{ten}" của họa sĩ {who} [khai mạc|mở cửa] {d} ở {noi}. Người xem có thể '
            "ngắm {n} bức tranh cho tới {d_e}.",
            "Họa sĩ {who} mang {n} bức tranh tới {noi}. [Triển lãm mang tên|Triển lãm có tên] "
            '"{ten}", bắt đầu {d} và kết thúc {d_e}.',
        ),
        '{noi} mở triển lãm "{ten}" của {who}.',
        {
            "who": ("họa sĩ", "Tranh của ai?|Họa sĩ của triển lãm là ai?|Ai vẽ các bức tranh?"),
            "ten": ("tên triển lãm", "Triển lãm có tên là gì?|Tên của triển lãm là gì?"),
            "n": ("số tranh", "Có bao nhiêu bức tranh?|Mấy bức tranh được trưng bày?"),
            "noi": ("địa điểm", "Triển lãm mở ở đâu?|Tranh được bày ở bảo tàng nào?"),
            "d": ("ngày mở cửa", "Triển lãm mở cửa ngày nào?|Ngày nào bắt đầu triển lãm?"),
            "d_e": (
                "ngày kết thúc",
                "Triển lãm kết thúc ngày nào?|Người xem có thể đến tới ngày nào?",
            ),
        },
    ),
    Frame(
        "hoi_lang",
        "văn hóa",
        {
            "lang": "village",
            "d": "date",
            "who": "person m old",
            "nghe": "craft",
            "n": "int 2 9",
            "k": "int 500 9000 100",
        },
        (
            "Hội {lang} năm nay kéo dài {n} ngày, khai mạc {d}. {who_t} [đánh trống khai "
            "hội|đọc lời khai hội]; chừng {k} khách đến xem thi {nghe}.",
            "{d}, {who_t} [đánh trống mở hội|khai hội] {lang}. Trong {n} ngày, khoảng {k} khách "
            "[ghé xem|đã xem] cuộc thi {nghe}.",
            "Cuộc thi {nghe} là phần vui nhất của hội {lang}, [mở|diễn ra] {n} ngày từ {d}. Khách "
            "đông tới {k} người, {who_t} [làm chủ lễ|chủ trì phần lễ].",
        ),
        "Hội {lang} khai mạc {d}, kéo dài {n} ngày.",
        {
            "lang": ("nơi mở hội", "Hội của làng nào?|Làng nào mở hội?"),
            "who": ("người khai hội", "Ai lo phần lễ khai hội?|Người mở đầu hội làng là ai?"),
            "nghe": ("cuộc thi", "Hội có cuộc thi gì?|Khách xem thi gì?"),
            "n": ("số ngày", "Hội kéo dài mấy ngày?|Hội diễn ra trong bao nhiêu ngày?"),
            "k": ("số khách", "Có khoảng bao nhiêu khách?|Bao nhiêu người đến xem hội?"),
            "d": ("ngày khai mạc", "Hội mở ngày nào?|Ngày khai hội là ngày nào?"),
        },
    ),
    Frame(
        "ra_sach",
        "văn hóa",
        {
            "who": "person",
            "ten": "title",
            "gia": "k 45 250 5",
            "tr": "int 90 600",
            "nxb": "firm",
            "t": "moment",
        },
        (
            'Nhà văn {who} [ra mắt|giới thiệu] cuốn "{ten}" vào {t}. Sách dày {tr} trang, do nhà '
            "sách {nxb} [phát hành|bán] với giá {gia}.",
            'Cuốn "{ten}" dày {tr} trang của {who} [có giá|được bán với giá] {gia} ở nhà sách '
            "{nxb}. Buổi ra mắt diễn ra {t}.",
            '{t}, nhà sách {nxb} [bày bán|ra mắt] "{ten}", cuốn sách mới của {who}. Độc giả trả '
            "{gia} cho {tr} trang truyện.",
        ),
        '{who} ra mắt cuốn sách "{ten}".',
        {
            "who": ("tác giả", "Tác giả cuốn sách là ai?|Ai viết cuốn sách này?"),
            "ten": ("tên sách", "Cuốn sách tên là gì?|Tên của cuốn sách mới là gì?"),
            "gia": ("giá", "Sách giá bao nhiêu?|Một cuốn giá bao nhiêu?"),
            "tr": ("số trang", "Sách dày bao nhiêu trang?|Cuốn sách có mấy trang?"),
            "nxb": ("nhà sách", "Nhà sách nào bán cuốn này?|Có thể mua ở nhà sách nào?"),
            "t": ("thời gian ra mắt", "Sách ra mắt lúc nào?|Buổi ra mắt diễn ra khi nào?"),
        },
    ),
    Frame(
        "thi_hat",
        "văn hóa",
        {
            "who": "person young",
            "bai": "title",
            "dc": "instrument",
            "gk": "person old",
            "hall": "hall",
            "d": "int 80 99",
        },
        (
            'Với bài "{bai}", {who} [giành|đoạt] giải nhất cuộc thi hát ở {hall}. Giám khảo '
            "{gk} cho {d} điểm và khen [phần đệm|tiếng] {dc}.",
            'Giám khảo {gk} [chấm|cho] {d} điểm khi {who} hát "{bai}" trong tiếng {dc}. Đó là '
            "giải nhất cuộc thi hát ở {hall}.",
            'Cuộc thi hát ở {hall} [khép lại|kết thúc]: {who} nhất với {d} điểm. Bài "{bai}" '
            "trên nền {dc} làm giám khảo {gk} [rơi nước mắt|xúc động].",
        ),
        '{who} giành giải nhất thi hát với bài "{bai}".',
        {
            "who": ("người đoạt giải", "Ai giành giải nhất?|Người hát hay nhất là ai?"),
            "bai": ("bài hát", "Bài hát tên là gì?|Bài nào được giải nhất?"),
            "dc": ("nhạc cụ", "Bài hát được đệm bằng gì?|Nhạc cụ nào đệm cho bài hát?"),
            "gk": ("giám khảo", "Giám khảo là ai?|Ai chấm điểm?"),
            "d": ("số điểm", "Người giành giải nhất được mấy điểm?|Bài hát được bao nhiêu điểm?"),
            "hall": ("địa điểm", "Cuộc thi hát tổ chức ở đâu?"),
        },
    ),
    Frame(
        "hien_vat",
        "văn hóa",
        {
            "who": "person old",
            "bt": "museum",
            "n": "int 3 80",
            "nghe": "craft",
            "nam": "year",
            "d": "date",
        },
        (
            "{bt} vừa nhận {n} món đồ [nghề|của nghề] {nghe} do {who_t} [trao tặng|hiến tặng] {d}. "
            "Món cổ nhất làm từ năm {nam}.",
            "{who_t} tặng {bt} {n} món đồ nghề {nghe}, [trong đó có món|có món] làm từ năm "
            "{nam}. Lễ trao tặng diễn ra {d}.",
            "{d}, {n} món đồ nghề {nghe} [được đưa về|về tới] {bt}. Người tặng là {who_t}; món "
            "lâu đời nhất [có từ|ra đời] năm {nam}.",
        ),
        "{who_t} tặng {bt} {n} món đồ nghề {nghe}.",
        {
            "who": ("người tặng", "Ai tặng các món đồ?|Người hiến tặng là ai?"),
            "bt": ("nơi nhận", "Nơi nào nhận món quà?|Bảo tàng nào được tặng?"),
            "n": ("số món", "Có bao nhiêu món đồ?|Mấy món đồ được trao tặng?"),
            "nam": ("năm", "Món cổ nhất làm năm nào?|Món lâu đời nhất có từ năm nào?"),
            "nghe": ("nghề", "Đó là đồ của nghề gì?|Các món đồ thuộc nghề nào?"),
            "d": ("ngày trao", "Đồ được trao ngày nào?|Ngày nào diễn ra việc trao tặng?"),
        },
    ),
)

FRAMES = SPORT + CULTURE
